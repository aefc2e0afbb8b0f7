// Questions and answers of this tab: sending, failing, sending again with the same id.
const MOST_TRIES = 3;

class Conversation {
  // `changed(item)` is called whenever an item has another state; `town()` names the municipality to ask for.
  constructor(client, store, town, changed) {
    this.client = client;
    this.store = store;
    this.town = town;
    this.changed = changed;
    this.busy = false;
    for (const item of this.items) if (item.problem) item.problem.seconds = null;
  }

  get items() {
    return this.store.state.items;
  }

  ask(title, payload = "") {
    const item = { id: newId(), said: title, payload };
    this.items.push(item);
    this.store.keep({});
    this.deliver(item);
    return item;
  }

  // After a reload: what waits for its answer is sent again, what has failed waits for the person.
  resume() {
    const waiting = this.items.find((item) => !item.answer && !item.problem);
    if (waiting && !this.busy) this.deliver(waiting);
  }

  retry(id) {
    const item = this.items.find((each) => each.id === id);
    if (item && !this.busy) this.deliver(item);
  }

  async deliver(item, tries = 1) {
    this.busy = true;
    delete item.problem;
    this.changed(item);
    try {
      item.answer = parts(await this.client.send({ id: item.id, text: item.said, choice: item.payload, municipality: await this.town() }));
      if (item.answer.outcome === "warning") item.said = withoutDigits(item.said);
    } catch (error) {
      item.problem = this.problem(error, item, tries);
    }
    this.busy = false;
    if (this.items.includes(item)) {
      this.store.keep({});
      this.changed(item);
    }
  }

  problem(error, item, tries) {
    if (!(error instanceof Busy)) return { kind: error instanceof Unreachable ? "offline" : "broken", text: error.message };
    const again = () => {
      if (!this.items.includes(item) || this.busy) return;
      if (tries < MOST_TRIES) this.deliver(item, tries + 1);
      else {
        item.problem.seconds = null;
        this.changed(item);
      }
    };
    setTimeout(again, error.seconds * 1000);
    return { kind: "broken", text: error.message, seconds: error.seconds };
  }

  async erase() {
    this.store.keep({ items: [], draft: "" });
    await this.client.forget();
  }
}

// Whatever the server leaves out is empty.
function parts(answer) {
  const lists = ["sections", "checklist", "notes", "buttons", "sources", "attachments"];
  return { ...answer, lead: answer.lead || answer.text, ...Object.fromEntries(lists.map((name) => [name, answer[name] || []])) };
}

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
