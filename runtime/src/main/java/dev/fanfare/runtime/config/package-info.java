/** Settings: one YAML file, the environment and command-line overrides, checked at once. */
@NullMarked
package dev.fanfare.runtime.config;

import org.jspecify.annotations.NullMarked;
