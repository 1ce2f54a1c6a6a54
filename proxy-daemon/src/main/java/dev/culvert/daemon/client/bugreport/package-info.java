/**
 * {@code culvert bugreport}: an archive with what somebody else needs to find a mistake, without
 * secrets and names. It is made whether the daemon runs or not.
 *
 * <pre>
 *   Evidence: files, programs, the daemon's answers ──► Redactor: secrets, pseudonyms ──► Caps ──► Report ──► zip
 *                                                                    └──► the private map of pseudonyms
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.client.bugreport;

import org.jspecify.annotations.NullMarked;
