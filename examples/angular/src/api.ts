/** The API's name in the broker's configuration, which is also its address. */
export const api = 'https://api.example.com';

export interface Order {
  id: string;
  item: string;
  quantity: number;
}
