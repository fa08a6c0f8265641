import { Component, input, output } from '@angular/core';
import type { Order } from './api';

/** What the app shows: nothing of Latchkey. */
@Component({
  selector: 'app-order-list',
  template: `
    <main>
      <h1>Orders of {{ owner() }}</h1>
      <button type="button" (click)="signOut.emit()">Sign out</button>
      <ul>
        @for (order of orders(); track order.id) {
          <li>{{ order.quantity }} × {{ order.item }}</li>
        }
      </ul>
    </main>
  `,
})
export class OrderList {
  readonly orders = input.required<readonly Order[]>();
  readonly owner = input<string>();
  readonly signOut = output();
}
