/** vendor/event-calendar.min.js, which is a script and not a module. */
declare const EventCalendar: {
  create(target: HTMLElement, options: Record<string, any>): any;
};
