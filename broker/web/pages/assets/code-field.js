// Puts the code in groups while it is typed, and finds it in whatever is pasted: a link, a sentence, any case, any
// separators. The page works without it, since the broker reads codes as generously.
const field = document.querySelector('#user_code');
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 8;

/** What of the text can be a code's, such as `BCDF-GH`. */
function grouped(text) {
  const kept = [...text.normalize('NFKC').toUpperCase()].filter((letter) => letters.includes(letter)).slice(0, length);
  return kept.length > 4 ? `${kept.slice(0, 4).join('')}-${kept.slice(4).join('')}` : kept.join('');
}

/** The code within a longer text: that of a link, else the first that looks like one, else all that the text has. */
function codeIn(text) {
  const plain = text.normalize('NFKC');
  const linked = /[?&]user_code=([^&#\s]+)/i.exec(plain)?.[1];
  const found = plain
    .match(/(?<![a-z])[a-z]{4}[\s\p{Pd}._]*[a-z]{4}(?![a-z])/giu)
    ?.find((candidate) => grouped(candidate).length === length + 1);
  return grouped(linked ?? found ?? plain);
}

/** Shows a code; the cursor stays after the letter that it was after. */
function show(code, lettersBefore) {
  field.value = code;
  const place = lettersBefore > 4 ? lettersBefore + 1 : lettersBefore;
  field.setSelectionRange(place, place);
}

field.classList.add('in-boxes');
field.value = grouped(field.value);

field.addEventListener('input', (event) => {
  // An input method is still composing: its text is not there yet.
  if (event.isComposing) return;
  const before = grouped(field.value.slice(0, field.selectionStart)).replace('-', '').length;
  show(grouped(field.value), before);
});
field.addEventListener('compositionend', () => show(grouped(field.value), length));

field.addEventListener('paste', (event) => {
  event.preventDefault();
  const pasted = codeIn(event.clipboardData.getData('text'));
  const { selectionStart, selectionEnd, value } = field;
  // A whole code replaces what was there; a part of one goes where the cursor is.
  const isWhole = pasted.length === length + 1;
  const head = isWhole ? '' : value.slice(0, selectionStart);
  const code = grouped(head + pasted + (isWhole ? '' : value.slice(selectionEnd)));
  show(code, grouped(head + pasted).replace('-', '').length);
});
