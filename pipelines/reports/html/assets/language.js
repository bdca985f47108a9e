"use strict";
// The page's words in the language that the browser asks for, or that the reader changes to; nothing is remembered.
const words = JSON.parse(document.getElementById("words").textContent);
let language = "en";

function t(key, values = {}) {
  const text = Object.hasOwn(words, key) ? words[key][language] : key;
  return text.replace(/\{(\w+)\}/g, (_, name) => shown(values[name]));
}

function shown(value) {
  return typeof value === "number" ? value.toLocaleString("en") : String(value);
}

function given(element) {
  return JSON.parse(element.dataset.values ?? "{}");
}

// An element whose text is in the language of the page, whichever that is later.
function said(tag, key, values) {
  const element = document.createElement(tag);
  element.dataset.i18n = key;
  if (values) element.dataset.values = JSON.stringify(values);
  element.textContent = t(key, values);
  return element;
}

// The same for an attribute.
function saidAs(element, name, key, values) {
  element.setAttribute(`data-i18n-${name}`, key);
  element.dataset.values = JSON.stringify(values);
  element.setAttribute(name, t(key, values));
}

// An element whose text comes in both languages.
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

function sayAll() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = `notemend · ${t("title")}`;
  for (const element of document.querySelectorAll("[data-i18n]")) {
    element.textContent = t(element.dataset.i18n, given(element));
  }
  document.querySelectorAll("[data-en]").forEach(translate);
  for (const name of ["aria-label", "alt"]) {
    for (const element of document.querySelectorAll(`[data-i18n-${name}]`)) {
      element.setAttribute(name, t(element.getAttribute(`data-i18n-${name}`), given(element)));
    }
  }
  document.getElementById("language").lang = language === "zh" ? "en" : "zh-CN";
}

function speak(another) {
  language = another;
  sayAll();
  document.dispatchEvent(new Event("language"));
}

{
  const wanted = navigator.languages.map((each) => each.slice(0, 2).toLowerCase());
  language = wanted.find((each) => ["en", "zh"].includes(each)) ?? "en";
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.addEventListener("DOMContentLoaded", () => {
    sayAll();
    document.getElementById("language").addEventListener("click", () => speak(language === "zh" ? "en" : "zh"));
  });
}
