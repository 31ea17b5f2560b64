/** Gives a file that was fetched with the caller's token to the browser's downloads. */
export function saveFile(content: Blob, fileName: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  // The browser has its own reference by the next task.
  setTimeout(() => URL.revokeObjectURL(url));
}
