/** What every version of the app shows and calls: nothing of any library. */
export const api = 'https://api.example.com';
export const reportsApi = 'https://reports.example.com';

export const Loading = () => <p>Loading</p>;
export const Orders = () => <p>Orders</p>;

/** Whether an API asks for a stronger sign-in (RFC 9470 §3). */
export const asksForStepUp = (response: Response): boolean =>
  response.status === 401 &&
  (response.headers.get('www-authenticate') ?? '').includes('insufficient_user_authentication');
