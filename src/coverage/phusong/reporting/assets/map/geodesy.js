/* Places: from WGS 84 to a local projection, to cells of the study's grid, and distances. */
(function (phusong) {
  "use strict";
  var WGS84_A = 6378137;
  var WGS84_F = 1 / 298.257223563;
  var MEAN_RADIUS_M = 6371008.8;
  var RAD = Math.PI / 180;
  var SECOND = RAD / 3600;

  function geocentric(lon, lat, a, f) {
    var e2 = f * (2 - f);
    var n = a / Math.sqrt(1 - e2 * Math.sin(lat) * Math.sin(lat));
    return [n * Math.cos(lat) * Math.cos(lon), n * Math.cos(lat) * Math.sin(lon),
            n * (1 - e2) * Math.sin(lat)];
  }

  /* Bowring's formula: below a millimetre near the ground. */
  function geographic(p, a, f) {
    var e2 = f * (2 - f);
    var b = a * (1 - f);
    var across = Math.hypot(p[0], p[1]);
    var t = Math.atan2(p[2] * a, across * b);
    var lat = Math.atan2(p[2] + e2 / (1 - e2) * b * Math.pow(Math.sin(t), 3),
                         across - e2 * a * Math.pow(Math.cos(t), 3));
    return [Math.atan2(p[1], p[0]), lat];
  }

  /* Seven parameters lead from the local datum to WGS 84 (position vector); this goes back. */
  function shifted(p, shift) {
    var scale = 1 + shift[6] * 1e-6;
    var x = (p[0] - shift[0]) / scale;
    var y = (p[1] - shift[1]) / scale;
    var z = (p[2] - shift[2]) / scale;
    var rx = shift[3] * SECOND;
    var ry = shift[4] * SECOND;
    var rz = shift[5] * SECOND;
    return [x + rz * y - ry * z, y - rz * x + rx * z, z + ry * x - rx * y];
  }

  /* Transverse Mercator by Krüger's series to n^4, as in EPSG Guidance Note 7-2, method 9807. */
  function transverse(lon, lat, to) {
    var n = to.f / (2 - to.f);
    var e = Math.sqrt(to.f * (2 - to.f));
    var radius = to.a / (1 + n) * (1 + n * n / 4 + Math.pow(n, 4) / 64);
    var h = [n / 2 - 2 / 3 * n * n + 5 / 16 * Math.pow(n, 3) + 41 / 180 * Math.pow(n, 4),
             13 / 48 * n * n - 3 / 5 * Math.pow(n, 3) + 557 / 1440 * Math.pow(n, 4),
             61 / 240 * Math.pow(n, 3) - 103 / 140 * Math.pow(n, 4),
             49561 / 161280 * Math.pow(n, 4)];
    function conformal(at) {
      var q = Math.asinh(Math.tan(at)) - e * Math.atanh(e * Math.sin(at));
      return Math.atan(Math.sinh(q));
    }
    function series(beta, eta) {
      var along = beta;
      var across = eta;
      h.forEach(function (part, i) {
        var k = 2 * (i + 1);
        along += part * Math.sin(k * beta) * Math.cosh(k * eta);
        across += part * Math.cos(k * beta) * Math.sinh(k * eta);
      });
      return [along, across];
    }
    var beta = conformal(lat);
    var dl = lon - to.lon0 * RAD;
    var eta = Math.atanh(Math.cos(beta) * Math.sin(dl));
    var at = series(Math.asin(Math.sin(beta) * Math.cosh(eta)), eta);
    var origin = series(conformal(to.lat0 * RAD), 0)[0];
    return [to.x0 + to.k0 * radius * at[1], to.y0 + to.k0 * radius * (at[0] - origin)];
  }

  /* Easting and northing of a place given in degrees of WGS 84. */
  function projected(lat, lng, to) {
    var moved = to.shift.some(Boolean);
    var at = [lng * RAD, lat * RAD];
    if (moved) {
      at = geographic(shifted(geocentric(at[0], at[1], WGS84_A, WGS84_F), to.shift), to.a, to.f);
    }
    return transverse(at[0], at[1], to);
  }

  /* Fractional row and column of a place, between nodes that lie evenly in Web Mercator. */
  function pixel(lat, lng, mesh) {
    var at = L.CRS.EPSG3857.project(L.latLng(lat, lng));
    var n = mesh.nodes - 1;
    var x = (at.x - mesh.left) / (mesh.right - mesh.left) * n;
    var y = (mesh.top - at.y) / (mesh.top - mesh.bottom) * n;
    if (!(x >= 0 && x <= n && y >= 0 && y <= n)) { return null; }
    var i = Math.min(Math.floor(y), n - 1);
    var j = Math.min(Math.floor(x), n - 1);
    function between(table) {
      function node(r, c) { return table[(i + r) * mesh.nodes + j + c]; }
      var u = x - j;
      var v = y - i;
      return (1 - v) * ((1 - u) * node(0, 0) + u * node(0, 1)) +
             v * ((1 - u) * node(1, 0) + u * node(1, 1));
    }
    return [between(mesh.row), between(mesh.col)];
  }

  /* Along the ground, of the sphere with the Earth's mean radius: within 0.4 %. */
  function distance(from, to) {
    var dLat = (to.lat - from.lat) * RAD / 2;
    var dLng = (to.lng - from.lng) * RAD / 2;
    var s = Math.pow(Math.sin(dLat), 2) +
            Math.cos(from.lat * RAD) * Math.cos(to.lat * RAD) * Math.pow(Math.sin(dLng), 2);
    return 2 * MEAN_RADIUS_M * Math.asin(Math.sqrt(s));
  }

  phusong.projected = projected;
  phusong.pixel = pixel;
  phusong.distance = distance;
})(phusong);
