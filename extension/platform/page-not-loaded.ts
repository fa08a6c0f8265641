/** The browser closed the sign-in window because a page in it didn't load. */
export class PageNotLoadedError extends Error {
  override readonly name = 'PageNotLoadedError';

  constructor(options?: ErrorOptions) {
    super('the page in the sign-in window could not be loaded', options);
  }
}
