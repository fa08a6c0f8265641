import { connect } from '#clients/page';

declare global {
  interface Window {
    /** Whether the page sees a signed-in person. */
    signedIn(): Promise<boolean>;
    /** Resolves with the arrival of the next session event that signs the person out, in epoch milliseconds. */
    signedOutAt(): Promise<number>;
  }
}

const lk = await connect({});

window.signedIn = async () => (await lk.session()).signedIn;

window.signedOutAt = () =>
  new Promise((resolve) => {
    const stop = lk.on('session', () => {
      const at = performance.timeOrigin + performance.now();
      stop();
      resolve(at);
    });
  });
