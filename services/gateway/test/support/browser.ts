/** `fetch` options with plain headers. */
export type Asked = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> };

/** As much of a browser as signing in needs: cookies per site, redirects followed one at a time, a form. */
export class Browser {
  private readonly jars = new Map<string, Map<string, string>>();
  /** Every Set-Cookie header that was received. */
  readonly setCookies: string[] = [];

  constructor(readonly home: string) {}

  cookie(name: string): string | undefined {
    return this.jar(new URL(this.home)).get(name);
  }

  setCookie(name: string, value: string): void {
    this.jar(new URL(this.home)).set(name, value);
  }

  /** One request, without following redirects. */
  async ask(address: string | URL, init: Asked = {}): Promise<Response> {
    const url = new URL(address, this.home);
    const cookies = [...this.jar(url)].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookies ? { cookie: cookies } : {}), ...init.headers };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.take(url, line);
    return response;
  }

  /** An act of one of the gateway's own pages, as a browser marks it. */
  act(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.ask(path, {
      method,
      headers: {
        origin: new URL(this.home).origin,
        'sec-fetch-site': 'same-origin',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Follows redirects until `stop` says so, or there are none. @returns the last response and its address. */
  async follow(
    start: string | URL,
    stop: (address: URL) => boolean = () => false,
  ): Promise<{ response: Response; address: URL }> {
    let address = new URL(start, this.home);
    for (let hops = 0; hops < 20; hops += 1) {
      const response = await this.ask(address);
      const location = response.headers.get('location');
      if (location === null) return { response, address };
      const next = new URL(location, address);
      if (stop(next)) return { response, address: next };
      address = next;
    }
    throw new Error('redirected in circles');
  }

  /** Signs in as far as the callback's address, which is returned unvisited. */
  toCallback(person: string, returnTo = '/', organisation?: string): Promise<URL> {
    const query = new URLSearchParams({ returnTo, ...(organisation === undefined ? {} : { organisation }) });
    return this.toCallbackFrom(`/auth/sign-in?${query.toString()}`, person);
  }

  /** The same, from wherever the sign-in begins. */
  async toCallbackFrom(start: string, person: string): Promise<URL> {
    const isCallback = (address: URL): boolean => address.pathname === '/auth/callback';
    const { address } = await this.follow(start, isCallback);
    if (isCallback(address)) return address;
    const chosen = await this.ask(address, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `person=${person}`,
    });
    const resumed = await this.follow(new URL(chosen.headers.get('location') ?? '', address), isCallback);
    return resumed.address;
  }

  /** Signs in to the end. @returns the callback's response. */
  async signIn(person: string, returnTo = '/', organisation?: string): Promise<Response> {
    return this.ask(await this.toCallback(person, returnTo, organisation));
  }

  private jar(url: URL): Map<string, string> {
    const jar = this.jars.get(url.host) ?? new Map<string, string>();
    this.jars.set(url.host, jar);
    return jar;
  }

  private take(url: URL, line: string): void {
    this.setCookies.push(line);
    const [pair = '', ...attributes] = line.split(';');
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    const ended = attributes.some((a) => /max-age=0\b|expires=Thu, 01 Jan 1970/i.test(a));
    if (ended || value === '') this.jar(url).delete(name);
    else this.jar(url).set(name, value);
  }
}
