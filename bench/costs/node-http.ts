import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The least that Node's HTTP server can do. It exits together with the program that started it. */
const server = createServer((_request, response) => response.writeHead(200, { 'Content-Length': 0 }).end());
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => server.close(() => process.exit()));
