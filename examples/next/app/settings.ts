/** The API's name in the broker's configuration: here, the origin of the page itself. The build puts it into the page. */
export const api = process.env.NEXT_PUBLIC_API ?? 'http://localhost:3000';
