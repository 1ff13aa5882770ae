#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace espalier::host {

/// Says what others than this user, root and the owner of the running program could change of files and folders, and
/// how to mend it: "others may write to /srv/plugins (mode 777); chmod go-w /srv/plugins". Nothing where they could
/// not.
///
/// Looked at are `paths` and every folder and symbolic link on the way to them, up to the first finding. In a folder on
/// the way with the sticky bit, as /tmp, others may add but not replace, which does no harm; in one of `paths`, what is
/// added could be taken for a plugin. A group counts as others unless it is root's or its owner's own. Access control
/// lists are seen as far as they show in the mode. What cannot be looked at is passed over.
std::optional<std::string> writable_by_others(std::span<const std::filesystem::path> paths);

}  // namespace espalier::host
