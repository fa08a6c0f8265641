import { connect, LatchkeyError } from '#clients/page';

declare global {
  interface Window {
    /** Asks for a token. @returns the token, or the code of the error */
    ask(
      resource: string,
      scopes: string[],
    ): Promise<{ token?: string; code?: string; interaction?: string | undefined }>;
  }
}

window.ask = async (resource, scopes) => {
  try {
    const lk = await connect({ resource, scopes, minTtl: 1 });
    return { token: (await lk.getToken()).token };
  } catch (error) {
    if (!(error instanceof LatchkeyError)) throw error;
    return { code: error.code, interaction: error.interaction };
  }
};
