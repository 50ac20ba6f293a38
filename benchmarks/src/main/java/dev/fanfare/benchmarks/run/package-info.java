/** What the macro benchmarks share: processes and what the kernel knows of them, samples, figures, the report. */
@NullMarked
package dev.fanfare.benchmarks.run;

import org.jspecify.annotations.NullMarked;
