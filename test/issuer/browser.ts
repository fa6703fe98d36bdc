/** A browser: keeps cookies by path and follows redirects as long as they stay with the issuer. */
export class Browser {
  readonly cookies = new Map<string, { readonly value: string; readonly path: string }>();
  readonly #issuer: URL;

  constructor(issuer: URL) {
    this.#issuer = issuer;
  }

  async get(url: URL, headers: Record<string, string> = {}): Promise<Response> {
    const cookie = [...this.cookies]
      .filter(([, { path }]) => url.pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { accept: 'text/html', cookie, ...headers },
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** Where the browser leaves the issuer to, or the page it ends on. */
  async follow(url: URL): Promise<{ readonly left: URL } | { readonly page: Response }> {
    const response = await this.get(url);
    const location = response.headers.get('location');
    if (location === null) return { page: response };
    const target = new URL(location, url);
    return target.origin === this.#issuer.origin ? this.follow(target) : { left: target };
  }

  /** Goes on as long as `until` says nothing. */
  async stopAt(url: URL, until: (target: URL) => boolean): Promise<URL> {
    const location = (await this.get(url)).headers.get('location');
    if (location === null) throw new Error(`no redirect from ${url.pathname}`);
    const target = new URL(location, url);
    return until(target) ? target : this.stopAt(target, until);
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const at = pair.indexOf('=');
    const path = attributes.find((attribute) => attribute.startsWith('path='))?.slice(5) ?? '/';
    const isOver = attributes.includes('expires=Thu, 01 Jan 1970 00:00:00 GMT');
    if (isOver) this.cookies.delete(pair.slice(0, at));
    else this.cookies.set(pair.slice(0, at), { value: pair.slice(at + 1), path });
  }
}
