/* Copies the address bar. Without the clipboard API (plain http on another host) it copies the
   selection of a text field that nobody sees. */
function copyBySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  field.style.opacity = "0";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

export default function ({ parentElement }) {
  const button = parentElement.querySelector("button");
  const label = button.querySelector("span");
  button.onclick = async () => {
    label.textContent = (await copy(window.location.href)) ? "Link copied" : "Copy failed";
    setTimeout(() => (label.textContent = "Copy link"), 2000);
  };
}
