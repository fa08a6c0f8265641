import dgram from 'node:dgram';
import dns from 'node:dns';
import net from 'node:net';

/**
 * Units have no network, loopback included: what a unit asks for, its test passes in. Whatever would open
 * a connection throws instead, so that no test passes or fails by what happens to listen somewhere.
 */
function refuse(): never {
  throw new Error('The network is off in unit tests: pass a fetch (or what else asks for it) in.');
}

globalThis.fetch = refuse;
net.Socket.prototype.connect = refuse;
net.Server.prototype.listen = refuse;
dgram.createSocket = refuse;
dns.lookup = refuse as unknown as typeof dns.lookup;
dns.promises.lookup = refuse;
