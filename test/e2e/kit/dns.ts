import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A DNS server on loopback that gives the same addresses for every name (RFC 1035 §4). They can be changed while it runs. */
export async function startDns(addresses: string[]) {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const questionEnd = query.indexOf(0, 12) + 5;
    const header = Buffer.from(query.subarray(0, 12));
    // An answer without error, to a query for one name.
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(addresses.length, 6);
    header.fill(0, 8);
    const answers = addresses.map((each) =>
      // The name of the question, type A, class IN, one second to live, four bytes.
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...each.split('.').map(Number)]),
    );
    socket.send(Buffer.concat([header, query.subarray(12, questionEnd), ...answers]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    answer(changed: string[]) {
      addresses.splice(0, addresses.length, ...changed);
    },
    close: () => void socket.close(),
  };
}
