// What this tab remembers. A page that blocks storage still works: it then forgets on reload.
const MOST_KEPT = 40;

class Store {
  constructor(name) {
    this.name = name;
    this.state = { session: null, items: [], draft: "", easy: false, size: 0, open: false };
    try {
      const kept = JSON.parse(sessionStorage.getItem(name));
      if (kept && Array.isArray(kept.items)) Object.assign(this.state, kept);
    } catch {
      // Blocked, or written by another version: begin anew.
    }
  }

  keep(changes) {
    Object.assign(this.state, changes);
    this.state.items.splice(0, this.state.items.length - MOST_KEPT);
    try {
      sessionStorage.setItem(this.name, JSON.stringify(this.state));
    } catch {
      // Blocked or full: the conversation goes on without.
    }
  }
}
