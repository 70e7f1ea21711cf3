// What goes wrong with a passkey is said in the page; a button prints it.
"use strict";
const problem = document.getElementById("passkey-error");
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  if (!problem) return;
  problem.hidden = true;
  problem.textContent = window.PublicKeyCredential ? problem.dataset.cancelled : problem.dataset.unsupported;
  problem.hidden = false;
});
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
