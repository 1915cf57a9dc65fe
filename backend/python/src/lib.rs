//! The engine as a Python extension: conversion only.
