/** @jsxImportSource hono/jsx/dom */

/**
 * An address, exactly as it is. A line breaks between scheme and host. It breaks inside a host only if a line has no room
 * for the whole host, because half a host can look like another one.
 *
 * @param origin `https://shop.example.com:8443`, or without its scheme
 */
export const Origin = ({ origin, strong = false }: { origin: string; strong?: boolean }) => {
  const host = origin.lastIndexOf('/') + 1;
  return (
    <p class={strong ? 'origin strong' : 'origin'}>
      {origin.slice(0, host)}
      <span>{origin.slice(host)}</span>
    </p>
  );
};
