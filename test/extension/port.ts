/** A runtime port whose other end is the test; `Sent` is what it expects to be sent. */
export function fakePort<Sent>(sender?: object) {
  const sent: Sent[] = [];
  const onMessage: ((message: object) => void)[] = [];
  const onDisconnect: (() => void)[] = [];
  const port = {
    sender,
    disconnected: false,
    postMessage: (message: unknown) => void sent.push(message as Sent),
    disconnect() {
      port.disconnected = true;
    },
    onMessage: { addListener: (listener: (message: object) => void) => void onMessage.push(listener) },
    onDisconnect: { addListener: (listener: () => void) => void onDisconnect.push(listener) },
  };
  return {
    port,
    sent,
    /** Lets the other end send, whatever it may be. */
    receive(message: unknown) {
      for (const listener of onMessage) listener(message as object);
    },
    /** Lets the other end go away. */
    close() {
      for (const listener of onDisconnect) listener();
    },
  };
}
