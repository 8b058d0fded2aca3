//! Names of types, as errors show them.

/// The name of a type without its path and parameters.
pub(super) fn short_name<T: ?Sized>() -> &'static str {
    let mut name = std::any::type_name::<T>();
    for pointer in ["alloc::sync::Arc<", "alloc::boxed::Box<"] {
        name = name.strip_prefix(pointer).unwrap_or(name);
    }
    let name = name.split('<').next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name)
}
