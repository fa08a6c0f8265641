/** The API's name in the broker's configuration, which is also its address. */
export const api: string = import.meta.env.VITE_API;

export interface Order {
  id: string;
  item: string;
  quantity: number;
}
