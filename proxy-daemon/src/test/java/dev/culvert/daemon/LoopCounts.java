package dev.culvert.daemon;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs a class with one event loop and with two. The daemon gives connections to its loops in turn:
 * with two of them, two that are opened one after the other are on different loops.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "{0} event loops")
@ValueSource(ints = {1, 2})
@interface LoopCounts {}
