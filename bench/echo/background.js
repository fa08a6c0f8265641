/** As long as an answer with a token in it. */
const answer = { ok: true, r: 'x'.repeat(900) };

chrome.runtime.onConnect.addListener((port) => {
  port.onMessage.addListener(() => port.postMessage(answer));
});
