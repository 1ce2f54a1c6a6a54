package dev.culvert.daemon.turn;

/** A turn in progress, as its latest reader sees it. */
public record TurnReading(TurnStatus status, TurnFigures figures) {}
