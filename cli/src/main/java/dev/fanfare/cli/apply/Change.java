package dev.fanfare.cli.apply;

import java.util.List;

/**
 * What one object takes to be as it was declared.
 *
 * @param sign  {@code +} made, {@code ~} changed, {@code -} deleted
 * @param title as people see it
 * @param place where it is declared; empty where it is not
 * @param lines what changes, one field each
 * @param work  does it
 */
record Change(char sign, String title, String place, List<String> lines, Runnable work) {}
