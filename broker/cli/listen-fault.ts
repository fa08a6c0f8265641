/** Why a port can't be opened, and what to do. @returns `undefined` for any other error */
export function listenFault(error: Error): string | undefined {
  const { code, syscall, address, port, hostname } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
    hostname?: string;
  };
  if (syscall === 'getaddrinfo' && hostname !== undefined) {
    return `can't listen on "${hostname}": no address has this name (${code}). Correct listen or admin_listen.`;
  }
  // A worker's supervisor opens the port, and the error then names another call.
  if (syscall !== 'listen' && syscall !== 'bind') return undefined;
  const where = `${address?.includes(':') ? `[${address}]` : address}:${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return `${where} is already in use (${code}). Stop the other program, or change listen or admin_listen.`;
    case 'EADDRNOTAVAIL':
      return `can't listen on ${where}: this machine does not have that address (${code}). Change listen or admin_listen.`;
    case 'EACCES':
      return `can't listen on ${where}: the user with ID ${process.getuid?.()} may not open this port (${code}). Use a port from 1024 on, or let the user open lower ones (CAP_NET_BIND_SERVICE).`;
    default:
      return `can't listen on ${where} (${code}). Change listen or admin_listen.`;
  }
}
