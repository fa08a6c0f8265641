import { connect } from '#clients/page';

declare global {
  interface Window {
    /** Whether the page sees somebody signed in. */
    signedIn(): Promise<boolean>;
    /** When the next session event comes that leaves nobody signed in, epoch milliseconds of its arrival. */
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
