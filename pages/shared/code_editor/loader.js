/* Fetches the editor once, from where the page came from, and hands it each component. When it
   cannot be had or cannot start, the page is told, and shows a plain field instead. */
let editor;

export default async function (component) {
  const address = new URL(component.data.script, window.location.origin).href;
  try {
    editor ??= await import(address);
    return editor.default(component);
  } catch (error) {
    console.warn("The editor could not be started", error);
    component.setTriggerValue("failed", String(error));
    return () => {};
  }
}
