/** vendor/event-calendar.min.js, a script and no module. */
declare const EventCalendar: {
  create(target: HTMLElement, options: Record<string, any>): any;
  destroy(calendar: any): void;
};
