/* The map itself: panes, controls, first view. Text that reaches these functions is encoded. */
var phusong = { circles: [] };
(function (phusong) {
  "use strict";
  var PANES = {
    "phusong-base": 210, "phusong-coverage": 300, "phusong-veil": 350, "phusong-outline": 410,
    "phusong-area": 420, "phusong-line": 430, "phusong-point": 450, "phusong-label": 640,
    "phusong-words": 645
  };
  var FAR_ZOOM = 9.75;


  function stage(map, options) {
    Object.keys(PANES).forEach(function (name) {
      map.createPane(name).style.zIndex = PANES[name];
    });
    ["base", "coverage", "veil", "label", "words"].forEach(function (name) {
      map.getPane("phusong-" + name).style.pointerEvents = "none";
    });
    if (options.words) { standingWords(map); }
    map.attributionControl.setPrefix(options.prefix);
    options.attributions.forEach(function (words) {
      map.attributionControl.addAttribution(words);
    });
    credits(map, options.said);
    var zoom = L.control.zoom().addTo(map);
    phusong.follow(function () {
      phusong.name(zoom._zoomInButton, options.said.zoomIn);
      phusong.name(zoom._zoomOutButton, options.said.zoomOut);
    });
    closing(map, options.said.close);
    scrolling(map);
    pictures(map, options.said);
    L.control.scale({ imperial: false, maxWidth: 160 }).addTo(map);
    phusong.pointer(map, options.local);
    map.on("zoomend", function () { resize(map); });
    oneBoxEach(map);
    opensByKey(map.getContainer());
  }

  /* Credits that have no room stay two lines, and a button above them shows them all. */
  function credits(map, words) {
    var box = map.attributionControl.getContainer();
    var button = L.DomUtil.create("button", "leaflet-control phusong-credits");
    button.type = "button";
    box.parentNode.insertBefore(button, box);
    L.DomEvent.disableClickPropagation(button);
    function settle() {
      var open = box.classList.contains("open");
      button.textContent = phusong.said(open ? words.fewer : words.credits);
      button.setAttribute("aria-expanded", String(open));
      button.hidden = !open && box.scrollHeight <= box.clientHeight + 1;
    }
    button.addEventListener("click", function () { box.classList.toggle("open"); settle(); });
    map.on("resize", settle);
    phusong.follow(settle);
  }

  function pictures(map, words) {
    function named() {
      ["base", "coverage"].forEach(function (pane) {
        map.getPane("phusong-" + pane).querySelectorAll("img").forEach(function (picture) {
          picture.alt = phusong.said(words[pane]);
        });
      });
    }
    map.on("layeradd", named);
    document.addEventListener("phusong-language", named);
  }

  /* Whoever has keys alone must reach what scrolls. */
  function scrolling(map) {
    map.attributionControl.getContainer().tabIndex = 0;
    map.on("popupopen", function (event) {
      event.popup.getElement().querySelector(".leaflet-popup-content").tabIndex = 0;
    });
  }

  /* Leaflet names the button that closes a popup in English, and makes it a link to nowhere, which
     leads astray whoever hears the page. */
  function closing(map, words) {
    function pressed(event) {
      if (event.key !== "Enter" && event.key !== " ") { return; }
      event.preventDefault();
      event.currentTarget.click();
    }
    function named() {
      map.getContainer().querySelectorAll(".leaflet-popup-close-button")
        .forEach(function (button) { phusong.name(button, words); });
    }
    map.on("popupopen", function (event) {
      var button = event.popup.getElement().querySelector(".leaflet-popup-close-button");
      if (button.hasAttribute("href")) {
        button.removeAttribute("href");
        button.tabIndex = 0;
        button.addEventListener("keydown", pressed);
      }
      named();
    });
    document.addEventListener("phusong-language", named);
  }

  /* Outlines and circles take the focus; Enter opens them as a click would. */
  function opensByKey(container) {
    container.addEventListener("keydown", function (event) {
      if (event.key !== "Enter" || !event.target.matches("path.leaflet-interactive")) { return; }
      var box = event.target.getBoundingClientRect();
      event.target.dispatchEvent(new MouseEvent("click", {
        bubbles: true, clientX: box.x + box.width / 2, clientY: box.y + box.height / 2
      }));
    });
  }

  /* Words that stand still over the whole window, under popups alone: those lie in the map's own
     stack, which nothing outside can slip between. */
  function standingWords(map) {
    var sheet = L.DomUtil.create("div", "phusong-words", map.getPane("phusong-words"));
    function follow() {
      var size = map.getSize();
      sheet.style.width = size.x + "px";
      sheet.style.height = size.y + "px";
      L.DomUtil.setPosition(sheet, map.containerPointToLayerPoint([0, 0]));
    }
    map.on("load move zoomend viewreset resize", follow);
    if (map._loaded) { follow(); }
  }

  /* What has its popup open needs no tooltip as well. */
  function oneBoxEach(map) {
    var popup = null;
    var tooltip = null;
    function settle() {
      if (popup && tooltip && popup._source === tooltip._source) { map.closeTooltip(tooltip); }
    }
    map.on("popupopen", function (event) { popup = event.popup; settle(); });
    map.on("popupclose", function () { popup = null; });
    map.on("tooltipopen", function (event) { tooltip = event.tooltip; settle(); });
  }

  /* First view: everything asked for, as large as the window allows. A frame may get its size
     only after its scripts ran, so the view follows the window until the reader moves the map. */
  function open(map, options) {
    var container = map.getContainer();
    function fit() {
      map.invalidateSize({ animate: false });
      if (!phusong.touched) {
        map.options.minZoom = 0; /* setMinZoom would move the map to it, slowly */
        map.options.minZoom = Math.max(1, map.getBoundsZoom(options.bounds) - 1);
        map.fitBounds(options.focus, { padding: [16, 16], animate: false });
      }
      resize(map);
    }
    ["pointerdown", "wheel", "keydown"].forEach(function (act) {
      container.addEventListener(act, function () { phusong.touched = true; }, { passive: true });
    });
    fit();
    function leash() { map.options.maxBounds = aWindowMore(map, L.latLngBounds(options.bounds)); }
    map.setMaxBounds(aWindowMore(map, L.latLngBounds(options.bounds)));
    map.on("zoomend resize", leash);
    new ResizeObserver(function () { if (container.clientHeight) { fit(); } }).observe(container);
  }

  /* Bounds and a window's width and height around them: a popup at an edge can be seen whole. */
  function aWindowMore(map, bounds) {
    var size = map.getSize(), zoom = map.getZoom();
    var low = map.project(bounds.getSouthWest(), zoom), high = map.project(bounds.getNorthEast(), zoom);
    return L.latLngBounds(map.unproject(low.add([-size.x, size.y]), zoom),
      map.unproject(high.add([size.x, -size.y]), zoom));
  }

  /* Signs shrink where they would hide each other. */
  function resize(map) {
    var far = map.getZoom() < FAR_ZOOM;
    map.getContainer().classList.toggle("phusong-far", far);
    phusong.circles.forEach(function (circle) { circle.setRadius(far ? 3.5 : 5.5); });
  }

  phusong.stage = stage;
  phusong.open = open;
})(phusong);
