/** A runtime port whose other end is the test. `Sent` is the type of the messages that it gets. */
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
    /** Makes the other end send any message. */
    receive(message: unknown) {
      for (const listener of onMessage) listener(message as object);
    },
    /** Makes the other end disconnect. */
    close() {
      for (const listener of onDisconnect) listener();
    },
  };
}
