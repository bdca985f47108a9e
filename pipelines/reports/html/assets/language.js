"use strict";
// Translates the page into the browser's language, or the one that the reader selects; the choice is not stored.
const words = JSON.parse(document.getElementById("words").textContent);
let language = "en";

function t(key, values = {}) {
  const text = Object.hasOwn(words, key) ? words[key][language] : key;
  return text.replace(/\{(\w+)\}/g, (_, name) => formatValue(values[name]));
}

function formatValue(value) {
  if (typeof value === "number") return value.toLocaleString("en");
  return value?.key ? t(value.key) : String(value);
}

function valuesOf(element) {
  return JSON.parse(element.dataset.values ?? "{}");
}

// Returns an element whose text changes with the page's language.
function translatedElement(tag, key, values) {
  const element = document.createElement(tag);
  element.dataset.i18n = key;
  if (values) element.dataset.values = JSON.stringify(values);
  element.textContent = t(key, values);
  return element;
}

// Sets an attribute whose text changes with the page's language.
function setTranslatedAttribute(element, name, key, values) {
  element.setAttribute(`data-i18n-${name}`, key);
  element.dataset.values = JSON.stringify(values);
  element.setAttribute(name, t(key, values));
}

// Returns an element whose text is given in both languages.
function bilingual(tag, texts) {
  const element = document.createElement(tag);
  Object.assign(element.dataset, texts);
  translate(element);
  return element;
}

function translate(element) {
  element.lang = language === "zh" ? "zh-CN" : "en";
  element.textContent = element.dataset[language];
}

function translateAll() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = `notemend · ${t(document.documentElement.dataset.title)}`;
  for (const element of document.querySelectorAll("[data-i18n]")) {
    element.textContent = t(element.dataset.i18n, valuesOf(element));
  }
  document.querySelectorAll("[data-en]").forEach(translate);
  for (const name of ["aria-label", "alt"]) {
    for (const element of document.querySelectorAll(`[data-i18n-${name}]`)) {
      element.setAttribute(name, t(element.getAttribute(`data-i18n-${name}`), valuesOf(element)));
    }
  }
  document.getElementById("language").lang = language === "zh" ? "en" : "zh-CN";
}

function setLanguage(another) {
  language = another;
  translateAll();
  document.dispatchEvent(new Event("language"));
}

{
  const wanted = navigator.languages.map((each) => each.slice(0, 2).toLowerCase());
  language = wanted.find((each) => ["en", "zh"].includes(each)) ?? "en";
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.addEventListener("DOMContentLoaded", () => {
    translateAll();
    document.getElementById("language").addEventListener("click", () => setLanguage(language === "zh" ? "en" : "zh"));
  });
}
