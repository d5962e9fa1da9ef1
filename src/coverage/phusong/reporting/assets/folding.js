/* Folded parts of a page: links to them open them, printing opens all, two buttons do either. */
(function () {
  "use strict";
  var folded = [];

  function all() { return Array.from(document.querySelectorAll("details.fold")); }

  function open(parts) { parts.forEach(function (part) { part.open = true; }); }

  /* The part that the address names, beside the reader's language. */
  function named() {
    var names = location.hash.slice(1).split("&").filter(function (part) {
      return part && part.indexOf("=") < 0;
    });
    try {
      return names.length ? document.getElementById(decodeURIComponent(names[0])) : null;
    } catch (broken) {
      return null;
    }
  }

  function reveal() {
    var target = named();
    if (!target) { return; }
    open(all().filter(function (part) {
      return part.contains(target) || part.parentElement === target;
    }));
    target.scrollIntoView();
  }

  document.querySelectorAll(".folding").forEach(function (box) { box.hidden = false; });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-fold]");
    if (button) {
      var opened = button.getAttribute("data-fold") === "open";
      all().forEach(function (part) { part.open = opened; });
    }
    if (event.target.closest('a[href^="#"]')) { setTimeout(reveal); }
  });
  window.addEventListener("hashchange", reveal);
  window.addEventListener("beforeprint", function () {
    folded = all().filter(function (part) { return !part.open; });
    open(folded);
  });
  window.addEventListener("afterprint", function () {
    folded.forEach(function (part) { part.open = false; });
  });
  reveal();
})();
