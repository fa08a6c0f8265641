/** As long as an answer with a token. */
const answer = { ok: true, r: 'x'.repeat(900) };

chrome.runtime.onConnect.addListener((port) => {
  port.onMessage.addListener(() => port.postMessage(answer));
});
