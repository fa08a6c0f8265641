import * as v from 'valibot';
import { readStored } from '../platform/stored-value.ts';
import {
  type UiChanged,
  type UiMethod,
  type UiParams,
  type UiResponse,
  type UiResults,
  uiRequestSchema,
} from '../protocol/ui.ts';
import { problemBody } from './error-body.ts';
import { invalidRequest } from './errors.ts';
import type { Router } from './handlers/router.ts';
import type { Port } from './page/page-port.ts';
import { isOwnPage } from './page/sender.ts';
import { post } from './post.ts';

export type UiHandlers = { [M in UiMethod]: (params: UiParams<M>) => Promise<UiResults[M]> };

export interface UiPorts {
  serve(port: Port): void;
  /** Tells all open pages of the extension to reload their state. */
  changed(): void;
}

/** Serves the extension's own pages. */
export function createUiPorts(own: { extensionId: string; origin: string }, router: () => Router<void>): UiPorts {
  const open = new Set<Port>();

  const dispatch = async (message: unknown): Promise<UiResponse | undefined> => {
    const parsed = v.safeParse(uiRequestSchema, message);
    if (!parsed.success) {
      const invalid = invalidRequest('not a message of our pages');
      const call = readStored(v.object({ id: v.number() }), message);
      return call && { id: call.id, ok: false, e: problemBody(invalid) };
    }
    const { id, m, p } = parsed.output;
    try {
      return { id, ok: true, r: await router().dispatch(m, p, undefined) };
    } catch (error) {
      return { id, ok: false, e: problemBody(error) };
    }
  };

  return {
    serve(port) {
      if (!isOwnPage(port.sender, own)) {
        port.disconnect();
        return;
      }
      open.add(port);
      port.onDisconnect.addListener(() => open.delete(port));
      port.onMessage.addListener(async (message) => {
        const response = await dispatch(message);
        if (response && open.has(port)) post(port, response);
      });
    },
    changed() {
      const message: UiChanged = { changed: true };
      for (const port of open) post(port, message);
    },
  };
}
