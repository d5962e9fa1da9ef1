/* What the scripts write themselves, in the reader's language. */
(function (phusong) {
  "use strict";

  function language() { return document.documentElement.getAttribute("data-language"); }

  /* A message of the catalogue that came with the page. */
  function said(words) {
    return words[language()] || words.vi + " · " + words.en;
  }

  /* Plain text of encoded words, for attributes, which show entities as they are; without those
     in the other language. */
  function plain(encoded) {
    var holder = document.createElement("div");
    holder.innerHTML = encoded;
    holder.querySelectorAll("[lang]").forEach(function (part) {
      if (part.lang !== language() && language() in { vi: 1, en: 1 }) { part.remove(); }
    });
    return holder.textContent.trim();
  }

  function number(value, digits) {
    var written = value.toFixed(digits);
    return language() === "en" ? written : written.replace(".", ",");
  }

  /* Do something now, and again whenever the reader chooses another language. */
  function follow(act) {
    act();
    document.addEventListener("phusong-language", act);
  }

  /* The name of a button, which is its tooltip as well. */
  function name(element, words) {
    element.title = said(words);
    element.setAttribute("aria-label", said(words));
  }

  phusong.said = said;
  phusong.plain = plain;
  phusong.number = number;
  phusong.follow = follow;
  phusong.name = name;
})(phusong);
