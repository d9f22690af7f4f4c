@echo off
rem Installs Manage to SL for this user, or brings it up to date; with /uninstall it takes it away. No administrator needed.
rem The work is done by Python: xlpy.install, out of the package (xlpy-....whl) in the folder of this file.
setlocal
title Manage to SL
set "PACKAGE="
for %%F in ("%~dp0xlpy-*.whl") do set "PACKAGE=%%~fF"
if not defined PACKAGE goto no_package
py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul
if errorlevel 1 goto no_python
py -3 -I -X utf8 -c "import sys; sys.path.insert(0, sys.argv[1]); from xlpy.install import main; main()" "%PACKAGE%" %*
set "ENDED=%ERRORLEVEL%"
goto end
:no_package
echo The package of Manage to SL (xlpy-....whl) is not beside this file. Copy both into one folder, then open this file again.
set "ENDED=2"
goto end
:no_python
echo Python 3.11 or newer is missing. Get it (64 bit) from https://www.python.org/downloads/windows/, install it for yourself
echo with its launcher "py", then open this file again.
set "ENDED=2"
:end
echo.
if /i not "%~1"=="/quiet" if /i not "%~2"=="/quiet" pause
exit /b %ENDED%
