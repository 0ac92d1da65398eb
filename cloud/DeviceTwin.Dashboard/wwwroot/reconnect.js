// A hub that was restarted knows nothing of this page's circuit and rejects it: only a reload brings the page back.
(() => {
  "use strict";
  const notice = document.getElementById("components-reconnect-modal");
  new MutationObserver(() => {
    if (notice.classList.contains("components-reconnect-rejected")) {
      location.reload();
    }
  }).observe(notice, { attributes: true, attributeFilter: ["class"] });
})();
