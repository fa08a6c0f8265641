// Polls the screen every two seconds. Replaces it only if it has changed, so that the focus stays where it is.
const main = document.querySelector('main');
let shown;

async function look() {
  const answer = await fetch('/screen').catch(() => undefined);
  if (answer?.ok) {
    const picture = await answer.text();
    if (shown !== undefined && shown !== picture) {
      main.innerHTML = picture;
      main.querySelector('button')?.focus();
    }
    shown = picture;
  }
  setTimeout(look, 2_000);
}

look();
