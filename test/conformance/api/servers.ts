import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import * as forExpress from '../../../clients/api/adapters/express.ts';
import * as forFastify from '../../../clients/api/adapters/fastify.ts';
import * as forHono from '../../../clients/api/adapters/hono.ts';
import * as forNode from '../../../clients/api/adapters/node.ts';
import * as forRequest from '../../../clients/api/adapters/request.ts';
import type { Claims } from '../../../clients/api/claims.ts';
import type { CorsOptions } from '../../../clients/api/cors.ts';
import type { Requirements } from '../../../clients/api/requirements.ts';
import type { Verify } from '../../../clients/api/verifier.ts';

/** An API with one route, `/orders`, that returns the name of the token's user. */
export interface Api {
  verify: Verify;
  requirements: Requirements;
  cors: CorsOptions;
  /** Called with the arguments of the route's handler. */
  reached: (claims: Claims) => void;
}

export interface Running {
  port: number;
  close(): Promise<void>;
}

/** Large enough that the verifier rejects a token of 1 MB, not the server. */
const maxHeaderSize = 4_000_000;

const listening = async (server: Server): Promise<Running> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
const serve = (listener: RequestListener) => listening(createServer({ maxHeaderSize }, listener));

/** The same API on each real framework, as the adapter's documentation shows. */
export const frameworks: Record<string, (api: Api) => Promise<Running>> = {
  Request({ verify, requirements, cors, reached }) {
    const route = forRequest.guard(verify)(requirements)((_request, claims) => {
      reached(claims);
      return Response.json({ sub: claims.sub });
    });
    return serve(getRequestListener(forRequest.cors(cors)(route)));
  },

  Hono({ verify, requirements, cors, reached }) {
    const require = forHono.guard(verify);
    const app = new Hono();
    app.use(forHono.cors(cors));
    app.get('/orders', require(requirements), (c) => {
      reached(c.get('claims'));
      return c.json({ sub: c.get('claims').sub });
    });
    return serve(getRequestListener(app.fetch));
  },

  Express({ verify, requirements, cors, reached }) {
    const require = forExpress.guard(verify);
    const app = express();
    app.use(forExpress.cors(cors));
    app.get('/orders', require(requirements), (req, res) => {
      reached(forExpress.claimsOf(req));
      res.json({ sub: forExpress.claimsOf(req).sub });
    });
    return serve(app);
  },

  async Fastify({ verify, requirements, cors, reached }) {
    const require = forFastify.guard(verify);
    const app = fastify({ http: { maxHeaderSize } });
    app.addHook('onRequest', forFastify.cors(cors));
    app.get('/orders', { onRequest: require(requirements) }, (request) => {
      reached(forFastify.claimsOf(request));
      return { sub: forFastify.claimsOf(request).sub };
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  },

  'plain Node'({ verify, requirements, cors, reached }) {
    const require = forNode.guard(verify);
    const route = require(requirements)((_req, res, claims) => {
      reached(claims);
      res.end(JSON.stringify({ sub: claims.sub }));
    });
    return serve(forNode.cors(cors)(route));
  },
};
