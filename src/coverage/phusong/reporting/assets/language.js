/* The switch of languages: both are on the page, the root element says which is shown. */
(function () {
  "use strict";
  var root = document.documentElement;
  var KNOWN = { vi: "vi", en: "en", both: "vi" };
  var PAGE = /^(?![a-z][a-z0-9+.-]*:|#|\/\/)[^#?]*\.html(?=$|#)/i;

  function parts(hash) {
    return hash.replace(/^#/, "").split("&").filter(function (part) { return part; });
  }

  function without(list) {
    return list.filter(function (part) { return part.slice(0, 5) !== "lang="; });
  }

  function asked() {
    var found = parts(location.hash).filter(function (part) {
      return part.slice(0, 5) === "lang=" && KNOWN.hasOwnProperty(part.slice(5));
    });
    return found.length ? found[found.length - 1].slice(5) : "";
  }

  /* What stands in an address; nothing for what the page shows first anyway. */
  function mark(language) {
    return language === root.getAttribute("data-default") ? [] : ["lang=" + language];
  }

  function all(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }

  function words(element, language) {
    var vi = element.getAttribute("data-vi");
    var en = element.getAttribute("data-en");
    return language === "both" ? vi + " · " + en : language === "en" ? en : vi;
  }

  /* Titles, labels and alternative texts, and links to other pages of the study. */
  function follow(language) {
    all("[data-said]").forEach(function (element) {
      element.setAttribute(element.getAttribute("data-said"), words(element, language));
    });
    all("title[data-vi]").forEach(function (title) { document.title = words(title, language); });
    all("a[href]").forEach(function (link) {
      var target = link.getAttribute("href");
      if (!PAGE.test(target)) { return; }
      var split = target.indexOf("#");
      var file = split < 0 ? target : target.slice(0, split);
      var kept = without(parts(split < 0 ? "" : target.slice(split)));
      kept = kept.concat(mark(language)).join("&");
      link.setAttribute("href", file + (kept ? "#" + kept : ""));
    });
    all("[data-to-language]").forEach(function (button) {
      var pressed = button.getAttribute("data-to-language") === language;
      button.setAttribute("aria-pressed", pressed ? "true" : "false");
    });
    all("iframe").forEach(function (frame) { tell(frame, language); });
  }

  function tell(frame, language) {
    if (frame.contentWindow) { frame.contentWindow.postMessage({ phusongLanguage: language }, "*"); }
  }

  function remember(language) {
    if (location.protocol === "about:") { return; }
    var hash = "#" + without(parts(location.hash)).concat(mark(language)).join("&");
    if (hash !== (location.hash || "#")) {
      try { history.replaceState(history.state, "", hash); } catch (refused) { /* shown all the same */ }
    }
  }

  function show(language) {
    root.setAttribute("data-language", language);
    root.setAttribute("lang", KNOWN[language]);
    if (document.readyState !== "loading") { follow(language); }
    document.dispatchEvent(new CustomEvent("phusong-language", { detail: language }));
  }

  function shown() { return root.getAttribute("data-language"); }

  function jump() {
    var place = without(parts(location.hash))[0];
    if (!place || place.indexOf("=") >= 0) { return; }
    try {
      var target = document.getElementById(decodeURIComponent(place));
      if (target) { target.scrollIntoView(); }
    } catch (malformed) { /* an address that somebody mistyped leads to the top */ }
  }

  function ready() {
    all(".languages").forEach(function (group) { group.hidden = false; });
    all("[data-to-language]").forEach(function (button) {
      button.addEventListener("click", function () {
        show(button.getAttribute("data-to-language"));
        remember(shown());
      });
    });
    all("iframe").forEach(function (frame) {
      frame.addEventListener("load", function () { tell(frame, shown()); });
    });
    follow(shown());
    if (asked()) { jump(); }
  }

  window.addEventListener("hashchange", function () {
    if (asked()) { show(asked()); } else if (shown() !== root.getAttribute("data-default")) { remember(shown()); }
  });
  window.addEventListener("message", function (event) {
    var language = event.data && event.data.phusongLanguage;
    if (event.source === window.parent && typeof language === "string" && KNOWN.hasOwnProperty(language)) {
      show(language);
    }
  });
  show(asked() || root.getAttribute("data-default") || "both");
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", ready); } else { ready(); }
})();
