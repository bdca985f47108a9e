"use strict";
// Draws the charts with the colors of the style sheet, in the page's language; redraws them when either changes.
const drawn = [];

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function configuration(chart) {
  const lines = chart.shape === "lines";
  const axis = (more) => ({
    stacked: !lines,
    grid: { color: colour("line"), drawTicks: false },
    border: { display: false },
    ticks: { color: colour("faint"), padding: 6, maxRotation: 0, autoSkipPadding: 12, ...more },
  });
  const [labels, numbers] = chart.shape === "bars" ? ["y", "x"] : ["x", "y"];
  return {
    type: lines ? "line" : "bar",
    data: {
      labels: chart.labels.map((label) => t(label)),
      datasets: chart.series.map((series) => ({
        label: t(series.label),
        data: series.values,
        backgroundColor: colour(`fill-${series.tone}`),
        borderColor: colour(`fill-${series.tone}`),
        borderWidth: lines ? 2 : 0,
        pointRadius: lines ? 2 : 0,
        spanGaps: true,
        maxBarThickness: 36,
        categoryPercentage: 0.9,
        barPercentage: 0.9,
      })),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      indexAxis: labels,
      interaction: { mode: "index", intersect: false, axis: labels },
      scales: {
        [labels]: { ...axis({ autoSkip: chart.shape !== "bars" }), grid: { display: false } },
        [numbers]: { ...axis({ precision: 0 }), beginAtZero: !lines },
      },
      plugins: {
        legend: {
          display: chart.series.length > 1,
          position: "bottom",
          labels: { color: colour("quiet"), boxWidth: 10, boxHeight: 10 },
        },
      },
    },
  };
}

function draw() {
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 12;
  for (const chart of drawn.splice(0)) chart.destroy();
  for (const chart of JSON.parse(document.getElementById("charts-data").textContent)) {
    const canvas = document.querySelector(`[data-chart="${chart.name}"]`);
    if (canvas) drawn.push(new Chart(canvas, configuration(chart)));
  }
}

draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
document.addEventListener("language", draw);
