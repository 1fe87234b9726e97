// What the browser keeps for the page. Where site data is blocked, every use of it fails; then the page keeps it in
// memory until it is closed, and works otherwise.

class Memory {
  /** @type {Map<string, string>} */
  #items = new Map();
  getItem(/** @type {string} */ key) { return this.#items.get(key) ?? null; }
  setItem(/** @type {string} */ key, /** @type {string} */ value) { this.#items.set(key, value); }
  removeItem(/** @type {string} */ key) { this.#items.delete(key); }
}

/** @param {'localStorage' | 'sessionStorage'} name @returns {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} */
function orMemory(name) {
  try {
    const storage = window[name];
    // Some browsers have one without room.
    storage.setItem('calendar.probe', '');
    storage.removeItem('calendar.probe');
    return storage;
  } catch {
    return new Memory();
  }
}

/** Kept until it is removed, or at least until the page is closed. */
export const persistent = orMemory('localStorage');
/** Kept until the tab is closed. */
export const ofTab = orMemory('sessionStorage');
/** Whether what is stored is still there when the page is loaded again. */
export const survivesReload = !(persistent instanceof Memory);
