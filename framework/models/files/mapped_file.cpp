#include "models/files/mapped_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

#include "base/file.hpp"
#include "models/files/json_file.hpp"

namespace espalier::models {

MappedFile::MappedFile(const std::filesystem::path& path) : path_(path) {
  try {
    const base::RegularFile file(path);
    size_ = static_cast<std::size_t>(file.size());
    if (size_ > 0) data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.descriptor(), 0);
  } catch (const base::FileError& error) {
    throw CheckpointError(error.what());
  }
  if (data_ == MAP_FAILED) {
    data_ = nullptr;
    throw CheckpointError(path_.string() + ": the file cannot be mapped into memory");
  }
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

void MappedFile::release(std::string_view data) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<std::uintptr_t>(data.data()) + page - 1) / page * page;
  const auto end = (reinterpret_cast<std::uintptr_t>(data.data()) + data.size()) / page * page;
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace espalier::models
