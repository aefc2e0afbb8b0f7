// The server's JSON channel.
const PATIENCE = 20000;

class Unreachable extends Error {}
class Refused extends Error {}
class Busy extends Error {
  constructor(text, seconds) {
    super(text);
    this.seconds = seconds;
  }
}

class Client {
  constructor(origin, store) {
    this.origin = origin;
    this.store = store;
    this.known = null;
  }

  // The answer to one message; sent again with the same id it is answered once.
  async send(message) {
    const reply = await this.withSession("POST", "/api/messages", message);
    if (!reply || typeof reply.text !== "string") throw new Refused("");
    return reply;
  }

  async forget() {
    if (this.store.state.session) await this.withSession("DELETE", "/api/session");
    this.store.keep({ session: null });
  }

  async catalogue() {
    this.known ??= await this.call("GET", "/api/catalogue");
    return this.known;
  }

  async withSession(method, path, body) {
    const fresh = !this.store.state.session;
    if (fresh) await this.open();
    try {
      return await this.call(method, path, body);
    } catch (error) {
      if (error.status !== 401 || fresh) throw error;
      await this.open();
      return this.call(method, path, body);
    }
  }

  async open() {
    this.store.keep({ session: null });
    this.store.keep({ session: (await this.call("POST", "/api/session")).session });
  }

  async call(method, path, body) {
    const headers = {};
    if (body) headers["Content-Type"] = "application/json";
    if (this.store.state.session) headers.Authorization = `Bearer ${this.store.state.session}`;
    const reply = await this.fetched(path, { method, headers, credentials: "omit", referrerPolicy: "no-referrer", body: body && JSON.stringify(body) });
    const content = await reply.json().catch(() => null);
    if (reply.ok) return content;
    const text = typeof content?.error === "string" ? content.error : "";
    if (reply.status === 429) throw new Busy(text, Math.max(1, Number(reply.headers.get("Retry-After")) || 5));
    // The bot's own 503 says whom to call instead; a proxy's says nothing.
    if (reply.status === 502 || reply.status === 504 || (reply.status === 503 && !text)) throw new Unreachable();
    throw Object.assign(new Refused(text), { status: reply.status });
  }

  async fetched(path, options) {
    try {
      return await fetch(this.origin + path, { ...options, signal: AbortSignal.timeout(PATIENCE) });
    } catch {
      throw new Unreachable();
    }
  }
}
